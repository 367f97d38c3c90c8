"""The course map: every lesson, what it asks, how far the learner is, and a link to open it."""

import reprlib
from pathlib import Path

import traitlets

from backprop_lib.course import LESSONS, PARTS
from backprop_lib.explorables.explorable import Explorable, browser_side


class CourseMap(Explorable):
    """The lessons as cards; the one that is chosen tells what it teaches, and has a link.

    chosen: the number of the lesson that is chosen, such as "01"; at first the one to do next.
    lessons: what the cards show, one dictionary a lesson, with "state": "new", "begun", "finished", or "free"
    where there is nothing to solve.  parts, summary: the headings and the sentence.
    """

    _esm, _css = browser_side("course_map")

    chosen = traitlets.Unicode().tag(sync=True)
    lessons = traitlets.List().tag(sync=True)
    parts = traitlets.List().tag(sync=True)
    summary = traitlets.Unicode().tag(sync=True)

    def __init__(self, progress, folder="."):
        done = {one.lesson: one for one in progress.lessons}
        cards = [_card(lesson, done.get(lesson.number), Path(folder)) for lesson in LESSONS]
        following = _following(cards)
        for card in cards:
            card["next"] = card is following
        chosen = (following or cards[-1])["number"]
        super().__init__(
            lessons=cards,
            parts=[{"heading": heading, "count": count} for heading, count in PARTS],
            summary=_summary(cards, following),
            chosen=chosen,
        )

    @property
    def sentence(self):
        """How many lessons are begun and finished, and which one is next."""
        return self.summary

    @traitlets.validate("chosen")
    def _check_chosen(self, proposal):
        if proposal.value not in {lesson.number for lesson in LESSONS}:
            raise traitlets.TraitError(
                f"the lessons are {LESSONS[0].number!r} to {LESSONS[-1].number!r}; "
                f"received chosen={proposal.value!r}"
            )
        return proposal.value


def _card(lesson, done, folder):
    """What a card shows; done: the lesson's line of the learner's progress, None where there is none."""
    exercises = (done.solved, done.total) if done else (0, 0)
    predictions = (done.predicted, done.predictions) if done else (0, 0)
    attempted = bool(done and (done.attempted or done.predicted or done.solved))
    if exercises[1] + predictions[1] == 0:
        state = "free"
    elif exercises[0] == exercises[1] and (exercises[1] or predictions[0] == predictions[1]):
        state = "finished"
    else:
        state = "begun" if attempted else "new"
    there = (folder / lesson.notebook).exists()
    return {
        "number": lesson.number,
        "title": lesson.title,
        "question": lesson.question,
        "teaches": lesson.teaches,
        "explorables": list(lesson.explorables),
        "notebook": lesson.notebook if there else "",
        "state": state,
        "solved": exercises[0],
        "total": exercises[1],
        "status": _status(state, there, exercises, predictions),
        "details": _details(exercises, predictions),
    }


def _status(state, there, exercises, predictions):
    """Say on a card how far its lesson is."""
    if not there and state in ("free", "new"):
        return "planned"
    if state == "free":
        return "nothing to solve"
    (done, all_of_them), thing = (exercises, "exercise") if exercises[1] else (predictions, "prediction")
    things = f"{all_of_them} {thing}{'' if all_of_them == 1 else 's'}"
    if state == "finished":
        return f"finished: {things}"
    return f"done {done} of {things}" if state == "begun" else things


def _details(exercises, predictions):
    solved = f"{exercises[0]} of {exercises[1]} exercises solved" if exercises[1] else ""
    made = f"{predictions[0]} of {predictions[1]} predictions made" if predictions[1] else ""
    return ", ".join(part for part in (solved, made) if part)


def _following(cards):
    """The first lesson that is not finished: one that is here, if there is any."""
    # A lesson without anything to solve leaves no trace, and would be the next one for ever.
    left = [card for card in cards if card["state"] not in ("finished", "free")]
    left = left or [card for card in cards if not card["notebook"]]
    return next((card for card in left if card["notebook"]), next(iter(left), None))


def _summary(cards, following):
    begun = sum(card["state"] in ("begun", "finished") for card in cards)
    finished = sum(card["state"] == "finished" for card in cards)
    told = f"{begun} of {len(cards)} lessons begun, {finished} finished"
    if following is None:
        return told
    planned = "" if following["notebook"] else " (planned)"
    return f"{told}; next: {following['number']} {following['title']}{planned}"


def course_map(progress, folder="."):
    """Show every lesson, how far you are in it, and a link to open it.

    progress: what `progress()` gives.  folder: where the notebooks lie; a lesson whose notebook is not there
    is shown as planned. Run the cell again to see what has been done since.

    Raises: TypeError when `progress` is something else.

    >>> from backprop_lib.exercises import progress
    >>> course_map(progress()).sentence.split("; ")[0]
    '0 of 13 lessons begun, 0 finished'
    """
    if not isinstance(getattr(progress, "lessons", None), tuple):
        raise TypeError(
            "the map shows what progress() gives, as in course_map(progress()); "
            f"received {type(progress).__name__} {reprlib.repr(progress)}"
        )
    return CourseMap(progress, folder)
