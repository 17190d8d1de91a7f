// A table of coloured cells, made by the page: a click tells which cell, row or column.
export default function ({ parentElement, data, setTriggerValue }) {
  const place = parentElement.querySelector(".grid");
  if (place.dataset.shown !== data.html) place.innerHTML = place.dataset.shown = data.html;
  place.onclick = ({ target }) => {
    const at = target.closest("[data-at]")?.dataset.at;
    if (at) setTriggerValue("clicked", at);
  };
}
