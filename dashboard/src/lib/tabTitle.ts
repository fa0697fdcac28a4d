/** What the browser's tab says: the page, and before it how many things wait for a person. */
let page = "Sempre";
let waiting = 0;

const show = (): void => {
  document.title = waiting > 0 ? `(${waiting}) ${page}` : page;
};

export function setTabPage(title: string): void {
  page = `${title} · Sempre`;
  show();
}

export function setTabCount(count: number): void {
  waiting = count;
  show();
}
