"""The review quiz in a page: mouse and keys, what comes back, what is said; a good guest in the notebook."""

import random

import pytest

from backprop_lib.explorables.review_quiz import NOTHING, review_quiz
from tests.explorables.test_review_quiz import THREE, answer, question
from tools.keyboard import operate
from tools.widget_page import settle

pytestmark = pytest.mark.needs("chromium")

LONG = "This is what is said of a mistake at length, with `code` in it, so that it needs several lines. " * 3
MIXED = [
    question(
        "numbers", ("−1", "0", "1", "2"), evidence=[["at", "x = 3"], ["right", "2"], ["this answer", "1"]]
    ),
    question("words", [f"{i} {LONG}" for i in range(3)], question=f"Write `f(x)`: {LONG}"),
    question("two", ("grow", "shrink"), whys=[LONG, "Short."]),
]

SENTENCES = """async ([source, questions, histories]) => {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const { sentence, standing } = await import(url);
    return histories.map((answers) => [sentence(questions, answers), standing(questions, answers).queue]);
}"""


def asked(page):
    """The id of the question that is seen; none at the end."""
    return page.root.locator(".bp-panel:visible").first.get_attribute("data-id")


def choices(page):
    return page.root.locator(".bp-panel:visible .bp-pick")


def told(page):
    return page.root.locator(".bp-told").inner_text()


def said(page):
    return page.root.locator("[role=status]").inner_text()


def press(page, name):
    page.root.get_by_role("button", name=name).click()
    settle(page.page)


def key(page, key):
    page.page.keyboard.press(key)
    settle(page.page)


def right_of(id):
    return next(one for one in (*THREE, *MIXED) if one["id"] == id)["right"]


def history(length, seed):
    """Answers as a reader gives them: always to the question that is asked."""
    generator = random.Random(seed)
    queue, answers = [one["id"] for one in THREE], []
    while queue and len(answers) < length:
        id = queue.pop(0)
        answers.append(answer(id, generator.randrange(3)))
        if not answers[-1]["right"]:
            queue.append(id)
    return answers, queue


# --- asking -------------------------------------------------------------------------------------------------


def test_its_sentence_is_pythons_and_its_queue_that_of_a_box_of_cards(mount_widget):
    quiz = review_quiz(THREE)
    page = mount_widget(quiz)
    histories = [history(length, seed) for length in range(12) for seed in range(20)]
    found = page.evaluate(SENTENCES, [quiz._esm, THREE, [answers for answers, _ in histories]])
    for (answers, queue), (sentence, numbers) in zip(histories, found, strict=True):
        quiz.answers = answers
        assert sentence == quiz.sentence
        assert [THREE[number]["id"] for number in numbers] == queue


def test_a_wrong_answer_comes_back_after_the_others_until_it_is_right(mount_widget, screenshot):
    page = mount_widget(review_quiz(THREE))
    assert page.saved() == [] and asked(page) == "one" and said(page) == "0 of 3 answered right"
    choices(page).nth(0).click()
    settle(page.page)
    assert told(page) == "Not this one. Why a of one. It will be asked again."
    assert choices(page).nth(0).get_attribute("data-kind") == "wrong"
    assert choices(page).nth(1).get_attribute("data-kind") == "right"
    assert "✓" in choices(page).nth(1).inner_text() and "✗" in choices(page).nth(0).inner_text()
    screenshot(page.root, "quiz wrong")
    for id in ("two", "three"):
        press(page, "next question")
        assert asked(page) == id
        choices(page).nth(1).click()
        settle(page.page)
        assert told(page) == f"Right. Why b of {id}."
    press(page, "next question")
    assert asked(page) == "one" and said(page) == "2 of 3 answered right, 1 to come back"
    assert choices(page).nth(0).get_attribute("data-kind") == "", "nothing of the first time is left"
    choices(page).nth(1).click()
    press(page, "finish")
    assert said(page) == "All 3 questions answered right, 2 at once, 1 after coming back"
    assert page.root.locator(".bp-end").inner_text() == f"{said(page)}."
    expected = [answer("one", 0), answer("two"), answer("three"), answer("one")]
    assert page.model_get("answers") == expected and page.saved()[-1] == {"answers": expected}
    press(page, "start again")
    assert asked(page) == "one" and page.model_get("answers") == []


def test_an_answer_counts_once(mount_widget):
    page = mount_widget(review_quiz(THREE))
    for i in (0, 1, 0):
        choices(page).nth(i).click(force=True)
    key(page, "2")
    assert page.model_get("answers") == [answer("one", 0)]


def test_it_is_done_with_keys_alone(mount_widget):
    page = mount_widget(review_quiz(THREE))
    key(page, "Tab")
    for pressed, id in (("2", "one"), ("1", "two"), ("2", "three"), ("2", "two")):
        assert asked(page) == id
        key(page, pressed)
        assert page.evaluate("document.activeElement.textContent") in ("next question", "finish")
        key(page, "Enter")
    assert said(page).startswith("All 3 questions answered right, 2 at once")
    assert page.evaluate("document.activeElement.textContent") == "start again"
    key(page, " ")
    assert asked(page) == "one" and page.evaluate("document.activeElement.classList.contains('bp-pick')")


def test_keys_that_mean_nothing_here_do_nothing(mount_widget):
    page = mount_widget(review_quiz(THREE))
    key(page, "Tab")
    for pressed in ("4", "9", "0", "x", "Control+1", "Alt+2"):
        key(page, pressed)
    assert page.saved() == []


def test_python_sets_the_answers_and_the_questions(mount_widget):
    page = mount_widget(review_quiz(THREE))
    choices(page).nth(0).click()
    page.model_set("answers", [answer("one"), answer("two", 0)])
    assert asked(page) == "three" and said(page) == "1 of 3 answered right, 1 to come back"
    page.model_set("answers", [])
    assert asked(page) == "one" and "Choose with a click" in told(page)
    page.model_set("questions", MIXED)
    assert asked(page) == "numbers"


def test_a_quiz_that_was_begun_goes_on_where_it_was(mount_widget):
    quiz = review_quiz(THREE)
    quiz.answers = [answer("one", 0)]
    page = mount_widget(quiz)
    assert asked(page) == "two" and said(page) == quiz.sentence and page.saved() == []


def test_without_questions_it_says_what_they_are_made_of(mount_widget, axe_violations):
    page = mount_widget(review_quiz([]))
    assert said(page) == NOTHING and page.root.locator("button").count() == 0
    assert axe_violations(page.page) == []


# --- a good guest -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(mount_widget, axe_violations, theme):
    page = mount_widget(review_quiz(MIXED), theme=theme)
    for wait in ("asked", "answered"):
        assert axe_violations(page.page) == [], wait
        if wait == "asked":
            choices(page).nth(0).click()
    for _ in range(3):
        press(page, "next question")
        choices(page).nth(right_of(asked(page))).click()
    press(page, "finish")
    assert axe_violations(page.page) == []


@pytest.mark.parametrize("width", [560, 844])
def test_its_height_stays_and_nothing_is_cut(mount_widget, width, screenshot):
    page = mount_widget(review_quiz(MIXED), width=width)
    heights = {page.root.bounding_box()["height"]}
    for i in range(3):
        screenshot(page.root, f"quiz {width} {i}")
        choices(page).nth(0).click()
        heights.add(page.root.bounding_box()["height"])
        press(page, "next question")
        heights.add(page.root.bounding_box()["height"])
    for _ in range(3):
        choices(page).nth(right_of(asked(page))).click()
        page.root.locator(".bp-row button").first.click()
        settle(page.page)
        heights.add(page.root.bounding_box()["height"])
    assert len(heights) == 1
    cut = page.evaluate(
        """() => [...document.querySelectorAll(".bp-review-quiz *")]
            .filter((one) => one.clientWidth > 1 && one.scrollWidth > one.clientWidth + 1)
            .map((one) => one.className)"""
    )
    assert cut == []


def test_every_control_works_by_keyboard_and_keeps_its_keys(mount_widget):
    page = mount_widget(review_quiz(THREE))
    choices(page).nth(0).click()
    press(page, "next question")
    assert operate(page.page, page.root).problems() == {}
    assert page.root.locator("button:not([data-lm-suppress-shortcuts=true])").count() == 0


def test_taken_away_it_leaves_no_listener(mount_widget):
    page = mount_widget(review_quiz(THREE))
    choices(page).nth(0).click()
    page.unmount()
    assert page.listener_count() == 0
