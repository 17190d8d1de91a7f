// Cards of matches: one element for all, a click tells which.
export default function ({ parentElement, data, setTriggerValue }) {
  parentElement.querySelector("ol").replaceChildren(...data.map((match) => card(match, setTriggerValue)));
}

function card({ id, cells }, setTriggerValue) {
  const button = make("button");
  button.dataset.item = id;
  button.onclick = () => setTriggerValue("clicked", id);
  button.append(...cells.map(cell));
  const item = make("li");
  item.append(button);
  return item;
}

function cell({ title, words, image }) {
  const shown = image
    ? Object.assign(make("img"), { src: image, alt: words, title: words, decoding: "async" })
    : Object.assign(make("span", "words"), { title: words });
  if (!image) shown.append(make("span", "lines", words));
  const made = make("span", "cell");
  made.append(Object.assign(make("span", "title", title), { title }), shown);
  return made;
}

function make(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
