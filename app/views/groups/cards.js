// Sets of pictures side by side, a card each: a click tells which card, and which picture if it was on one.
export default function ({ parentElement, data, setTriggerValue }) {
  const list = parentElement.querySelector("ol");
  list.style.setProperty("--wide", `${data.wide}px`);
  list.replaceChildren(...data.cards.map((each) => card(each)));
  list.onclick = ({ target }) => {
    const shown = target.closest("li");
    if (!shown) return;
    const item = target.closest("[data-item]")?.dataset.item ?? null;
    setTriggerValue("clicked", { card: shown.dataset.card, item });
  };
}

function card({ id, chosen, sides }) {
  const shown = make("li", chosen ? "chosen" : "");
  shown.dataset.card = id;
  shown.append(...sides.map(side));
  return shown;
}

function side({ title, note, tone, pictures, more }) {
  const shown = make("div", `side ${tone}`);
  const head = Object.assign(make("button", "title", title), { title: `${title}${note ? `: ${note}` : ""}` });
  const mosaic = make("div", pictures.length > 4 ? "mosaic many" : pictures.length > 1 ? "mosaic few" : "mosaic");
  mosaic.append(...pictures.map(picture));
  if (more) mosaic.append(make("span", "more", `+${more.toLocaleString("en")}`));
  shown.append(head, mosaic, make("span", "note", note));
  return shown;
}

function picture({ id, image, caption }) {
  const button = Object.assign(make("button", image ? "picture" : "picture words"), { title: caption });
  button.dataset.item = id;
  button.append(image ? Object.assign(make("img"), { src: image, alt: caption, decoding: "async" }) : caption);
  return button;
}

function make(name, className = "", text = "") {
  return Object.assign(document.createElement(name), { className, textContent: text });
}
