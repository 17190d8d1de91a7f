// A gallery of thumbnails: one element for the page, a click tells which item.
export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector("ol");
  list.className = data.layout;
  list.style.setProperty("--side", `${data.side}px`);
  list.replaceChildren(...data.pictures.map((picture) => tile(picture, data.chosen, setTriggerValue)));
}

function tile({ id, image, caption, note, more }, chosen, setTriggerValue) {
  const button = make("button", image ? "" : "words");
  button.title = more ? `${caption}\n+ ${more} more ${more === 1 ? "caption" : "captions"}` : caption;
  button.dataset.item = id;
  button.setAttribute("aria-pressed", String(id === chosen));
  button.onclick = () => setTriggerValue("clicked", id);
  if (image) button.append(Object.assign(make("img"), { src: image, alt: caption, decoding: "async" }));
  button.append(make("span", "caption", caption));
  if (more) button.append(make("span", "more", `+${more}`));
  if (note) button.append(make("span", "note", note));
  const item = make("li");
  item.append(button);
  return item;
}

function make(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
