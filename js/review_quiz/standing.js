// Where the quiz stands follows from the answers alone; review_quiz.py says the same sentence.

/** queue: the questions still to be asked, by number, in order.  right, wrong: sets of ids. */
export function standing(questions, answers) {
  const number = new Map(questions.map(({ id }, i) => [id, i]));
  let queue = questions.map((_, i) => i);
  const right = new Set();
  const wrong = new Set();
  for (const answer of answers) {
    const at = number.get(answer.id);
    queue = queue.filter((one) => one !== at);
    if (answer.right) right.add(answer.id);
    else wrong.add(answer.id);
    if (!right.has(answer.id)) queue.push(at);
  }
  return { queue, right, wrong, ids: questions.map(({ id }) => id) };
}

export function sentence(questions, answers) {
  const total = questions.length;
  if (!total) {
    return (
      "Nothing to ask yet: the questions are made of the guesses that you measured and of the exercises " +
      "that you tried"
    );
  }
  const { right, wrong } = standing(questions, answers);
  if (right.size < total) {
    const back = [...wrong].filter((id) => !right.has(id)).length;
    return `${right.size} of ${total} answered right${back ? `, ${back} to come back` : ""}`;
  }
  const all = total === 1 ? "The one question" : `All ${total} questions`;
  if (!wrong.size) return `${all} answered right, ${total === 1 ? "" : "each "}at once`;
  return `${all} answered right, ${total - wrong.size} at once, ${wrong.size} after coming back`;
}
