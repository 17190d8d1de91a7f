// On a narrow screen the side bar lies over the page: once another page is chosen there, it folds away.
const NARROW = "(max-width: 768px)";
let shown;

export default function ({ data }) {
  const isOther = shown !== undefined && shown !== data.page;
  shown = data.page;
  if (isOther && matchMedia(NARROW).matches) {
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  }
}
