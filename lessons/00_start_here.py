# %% [markdown] lang="en"
# # 00 · Start here
#
# **Who is to blame for a wrong answer?**
#
# Run each cell with **Shift + Enter**, from top to bottom. The first one looks whether everything is here.

# %%
from backprop_lib.exercises import check, hint, predict, progress, reveal, solution
from backprop_lib.exercises.environment import check_environment

if check_environment():
    from backprop_lib.explorables import course_map, production_line

# %% [markdown] lang="en"
# A raw piece of 2 cm enters a production line, and comes out too long. The customer wants 3 cm. Drag $w_1$
# until the customer is content.

# %%
production_line(knobs=1)

# %% [markdown] lang="en"
# You have turned a **knob**, and seen two numbers follow it. The **loss** says how wrong the product is: the
# miss, squared. The **gradient** says how many times as much the loss rises when the knob is turned up a
# little. At the start it is 16: turn $w_1$ up by a thousandth, and the loss rises by nearly 16 thousandths.
#
# No slider? Reload the page, and run the cells again.
#
# ## How this course works
#
# You guess, then measure. `predict` keeps your guess. Put yours in place of the `...`, in quotes:

# %%
predict("00.a", ...)


# %% [markdown] lang="en"
# The next cell measures it, and sets the result beside your guess. Without a guess it shows nothing.


# %%
def loss_at(w1):
    return (2.0 * (w1 * 2.0) - 1.0 - 3.0) ** 2


numbers = f"The loss at 0.5 is {loss_at(0.5):.4f}, at 0.501 it is {loss_at(0.501):.4f}."
reveal("00.a", "rise" if loss_at(0.501) > loss_at(0.5) else "fall", numbers)

# %% [markdown] lang="en"
# The loss at 0.5 is as large as at the start, yet the gradient points the other way. The loss says how
# wrong you are. The gradient says which way is worse.
#
# You do, and are told. `check` knows the usual mistakes, and says which one you made. Try a wrong answer
# first, such as 3:

# %%
loss_when_3_short = ...
### BEGIN SOLUTION
loss_when_3_short = 9
### END SOLUTION
check("00.1", loss_when_3_short)

# %% [markdown] lang="en"
# Stuck? Take away a `#`, and run the cell. Each `hint` says a little more than the one before. After an
# answer and all the hints, `solution` opens:

# %%
# hint("00.1")
# solution("00.1")

# %% [markdown] lang="en"
# `progress` counts what you have done. It is kept in one file in your own folder, `progress.json` beside the
# notebooks. Nothing is sent anywhere. Delete the file, and you start anew.
#
# New words are **bold** where they are first explained. If you forget one, the [glossary](glossary.md) has
# it, with the lesson that it comes from.

# %%
progress("00")

# %% [markdown] lang="en"
# ## Three stations, one wrong product
#
# The line has three stations. The first stretches the piece to $w_1$ times its length, the second to $w_2$
# times, the third adds $b$ (or cuts off, if $b$ is negative). One product is wrong. All three had a hand in
# it. Who is to blame, and by how much? This is the **credit assignment** problem.
#
# At the start $w_1 = 1.5$, $w_2 = 2$ and $b = -1$. Turned up by the same little bit, which knob makes the
# loss rise most: `"w1"`, `"w2"` or `"b"`?

# %%
predict("00.b", ...)

# %% [markdown] lang="en"
# Write the line as a function: the raw piece is 2, the customer wants 3, and the loss is the miss squared.


# %%
def loss(w1, w2, b):
    ...
    ### BEGIN SOLUTION
    product = w2 * (w1 * 2.0) + b
    return (product - 3.0) ** 2
    ### END SOLUTION


check("00.2", loss)

# %% [markdown] lang="en"
# The next cells use this same line, written out, so that you can go on in any case. Turn up one knob by a
# thousandth, leave the others, and look at the loss:


# %%
def line(w1, w2, b):
    return (w2 * (w1 * 2.0) + b - 3.0) ** 2


before = line(1.5, 2.0, -1.0)
after = line(1.5 + 0.001, 2.0, -1.0)
print(f"before {before:.4f}   after {after:.4f}")

# %% [markdown] lang="en"
# A thousandth made the loss rise by about 16 thousandths. Make a rule of it: how many times
# as much as the nudge did the loss rise?


# %%
def blame(before, after, nudge):
    ...
    ### BEGIN SOLUTION
    return (after - before) / nudge
    ### END SOLUTION


check("00.3", blame)

# %% [markdown] lang="en"
# Now every knob in turn. Each gets a run of its own:

# %%
nudge = 0.000001
nudged = {
    "w1": line(1.5 + nudge, 2.0, -1.0),
    "w2": line(1.5, 2.0 + nudge, -1.0),
    "b": line(1.5, 2.0, -1.0 + nudge),
}
blames = {knob: (after - before) / nudge for knob, after in nudged.items()}
numbers = "   ".join(f"{knob} {share:.2f}" for knob, share in blames.items())
reveal("00.b", max(blames, key=blames.get), numbers)

# %% [markdown] lang="en"
# Three knobs, three gradients: blame in numbers. Turn all three knobs here, and watch the blame change:
#
# 1. Make the product right with $b$ alone. What is left of everybody's blame?
# 2. Press **reset**, then drag $w_2$ to 0. Why has $w_1$ no blame now, however wrong the product is?

# %%
production_line()

# %% [markdown] lang="en"
# <details><summary>Answers</summary>
#
# 1: nothing. With no miss there is no blame, and $b$ could repair it though it had the least. 2: whatever
# the first station does, the second multiplies it by 0. What cannot change the product is not to blame.
# </details>
#
# ## How far to turn
#
# All three gradients are positive, so all three knobs should go down. Suppose each goes down by its whole
# blame: 16, 12 and 4. Will the loss be `"zero"`, `"smaller"` or `"larger"`?

# %%
predict("00.c", ...)

# %%
full = line(1.5 - 16, 2.0 - 12, -1.0 - 4)
numbers = f"The loss was {before:.0f}; now it is {full:.0f}."
result = "zero" if full == 0 else "smaller" if full < before else "larger"
reveal("00.c", result, numbers)

# %% [markdown] lang="en"
# A gradient tells about a *little* turn. Go far, and it is no longer true. So turn each knob by a hundredth
# of its blame. Use `line` to find the loss after that:

# %%
after_small_step = ...
### BEGIN SOLUTION
after_small_step = line(1.5 - 0.01 * 16, 2.0 - 0.01 * 12, -1.0 - 0.01 * 4)
### END SOLUTION
check("00.4", after_small_step)

# %% [markdown] lang="en"
# One small step, and the product is much better. Then measure the blame again, and take the next
# step. That is how networks learn.
#
# ## What nudging costs
#
# You ran the line once before any nudge, and then once for each knob. How many runs is that?


# %%
def runs(knobs):
    ...
    ### BEGIN SOLUTION
    return knobs + 1
    ### END SOLUTION


check("00.5", runs)

# %% [markdown] lang="en"
# A small network has a million knobs. Say that one run takes a thousandth of a second. How many minutes pass
# before every knob has been nudged once? Guess a number:

# %%
predict("00.d", ...)

# %%
minutes = (1_000_000 + 1) * 0.001 / 60
reveal("00.d", minutes, f"{minutes:.1f} minutes, for one small step. Learning takes thousands.")

# %% [markdown] lang="en"
# There is a better way. Start at the wrong product and walk back through the stations once: each passes the
# blame on to the one before it, and keeps its own share. One walk, and *every* knob has its gradient. This is
# **backpropagation**, and the promise of this course: you will do it by hand in lesson 01, see why it works
# in 02, and build it in 03.
#
# Marvin Minsky named the credit assignment problem in 1961 ("Steps toward artificial intelligence"), and with
# Seymour Papert showed in "Perceptrons" (1969) what networks of a single layer cannot do. In 1986 David
# Rumelhart, Geoffrey Hinton and Ronald Williams showed in "Learning representations by back-propagating
# errors" that networks with layers in between can learn by this walk back.
#
# ## What you can do now
#
# - Read a gradient: how many times as much the loss rises when a knob is turned up a little.
# - Measure the blame of each knob by nudging it, and say what that costs.
# - Take a small step against the blame, and say why a large one fails.
#
# **Where next?** Here is the map of the course. Choose a lesson to see what it teaches, and open it from
# there; lesson 01, [by hand](01_by_hand.ipynb), comes next. Run the cell again to see how far you are.

# %%
course_map(progress())
