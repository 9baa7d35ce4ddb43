/** The look of a row of tabs and of one of them, for Base UI's Tabs. */
export const tabsClass = "flex gap-4 border-b border-line";

export const tabClass =
  "h-8 border-b-2 border-transparent px-1 text-small font-medium text-muted hover:text-ink data-active:border-accent data-active:text-ink";
