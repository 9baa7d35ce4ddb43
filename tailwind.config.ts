import type { Config } from "tailwindcss";

/** Colours have their light and their dark value in app/globals.css; sizes and radii are named for what they are on. */
export default {
  content: ["./app/**/*.{ts,tsx}", "./components/**/*.{ts,tsx}"],
  theme: {
    extend: {
      colors: {
        paper: "var(--paper)",
        surface: "var(--surface)",
        raised: "var(--raised)",
        sunken: "var(--sunken)",
        line: "var(--line)",
        edge: "var(--edge)",
        ink: "var(--ink)",
        muted: "var(--muted)",
        accent: {
          DEFAULT: "var(--accent)",
          solid: "var(--accent-solid)",
          strong: "var(--accent-strong)",
          soft: "var(--accent-soft)",
          on: "var(--accent-on)",
        },
        plate: { DEFAULT: "var(--plate)", hole: "var(--plate-hole)" },
        brass: { DEFAULT: "var(--brass)", line: "var(--brass-line)", soft: "var(--brass-soft)" },
        danger: {
          DEFAULT: "var(--danger)",
          solid: "var(--danger-solid)",
          strong: "var(--danger-strong)",
          soft: "var(--danger-soft)",
          line: "var(--danger-line)",
        },
      },
      fontFamily: {
        sans: [
          "var(--font-plex-latin-ext)",
          "var(--font-plex-cyrillic)",
          "var(--font-plex-greek)",
          "var(--font-plex-sans)",
          "system-ui",
          "sans-serif",
        ],
        mono: ["var(--font-plex-mono)", "ui-monospace", "monospace"],
      },
      fontSize: { small: "0.8125rem", legend: "0.9375rem" },
      letterSpacing: { title: "-0.01em" },
      borderRadius: { link: "2px", chip: "3px", control: "4px", panel: "5px", dialog: "6px" },
      boxShadow: { pop: "0 1px 2px var(--shade), 0 8px 24px -6px var(--shade)" },
    },
  },
} satisfies Config;
