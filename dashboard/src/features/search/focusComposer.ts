/** Puts the cursor where a prompt is written, once the worker's page is there. */
export function focusComposer(): void {
  let tries = 0;
  const look = () => {
    const field = document.getElementById("composer");
    tries += 1;
    if (field) field.focus();
    else if (tries < 40) setTimeout(look, 50);
  };
  setTimeout(look, 150);
}
