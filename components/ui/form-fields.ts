/**
 * What a person sent is what stood in the field, and only the field knows: a password manager fills it before the script runs, or tells
 * nobody that it did. Such fields therefore keep their own text (`defaultValue`, no `value`), and are read when the form is sent.
 *
 * @returns the text of a named field now; empty where there is none
 */
export function textIn(form: HTMLFormElement | null, name: string): string {
  const text = form && new FormData(form).get(name);
  return typeof text === "string" ? text : "";
}
