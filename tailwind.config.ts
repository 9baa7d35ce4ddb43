import type { Config } from "tailwindcss";

/** Names for the colours of app/globals.css, where each has its light and its dark value. */
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
      boxShadow: { pop: "0 1px 2px var(--shade), 0 8px 24px -6px var(--shade)" },
    },
  },
} satisfies Config;
