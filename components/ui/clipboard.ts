/**
 * Copies text. `navigator.clipboard` exists only on https and localhost, and a portal inside a network is often on neither;
 * there the old command still works on a selection.
 * @param near where the helper element goes: inside an open dialog, because focus may not leave it
 */
export async function copyText(text: string, near?: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelection(text, near);
  }
}

function copySelection(text: string, near?: HTMLElement): boolean {
  const before = document.activeElement;
  const helper = document.createElement("textarea");
  helper.value = text;
  helper.readOnly = true;
  helper.setAttribute("aria-hidden", "true");
  helper.className = "fixed top-0 left-0 size-px opacity-0";
  (near?.parentElement ?? document.body).append(helper);
  helper.select();
  const copied = document.execCommand("copy");
  helper.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  return copied;
}
