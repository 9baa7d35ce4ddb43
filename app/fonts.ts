import localFont from "next/font/local";

/** Preloaded, with fallback metrics worked out at build time, so that text does not move when it arrives. */
const sans = localFont({
  src: "../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-wght-normal.woff2",
  variable: "--font-plex-sans",
  weight: "100 700",
});

/** The other scripts load only when a page shows one of their letters. */
const latinExtended = localFont({
  src: "../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-latin-ext-wght-normal.woff2",
  variable: "--font-plex-latin-ext",
  weight: "100 700",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0100-02BA,U+1E00-1E9F,U+20A0-20AB,U+20AD-20C0" }],
});
const cyrillic = localFont({
  src: "../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-cyrillic-wght-normal.woff2",
  variable: "--font-plex-cyrillic",
  weight: "100 700",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0400-045F,U+0490-0491,U+04B0-04B1,U+2116" }],
});
const greek = localFont({
  src: "../node_modules/@fontsource-variable/ibm-plex-sans/files/ibm-plex-sans-greek-wght-normal.woff2",
  variable: "--font-plex-greek",
  weight: "100 700",
  preload: false,
  adjustFontFallback: false,
  declarations: [{ prop: "unicode-range", value: "U+0370-03FF" }],
});
const mono = localFont({
  src: "../node_modules/@fontsource/ibm-plex-mono/files/ibm-plex-mono-latin-400-normal.woff2",
  variable: "--font-plex-mono",
  weight: "400",
  adjustFontFallback: false,
});

export const fontVariables = [sans, latinExtended, cyrillic, greek, mono]
  .map((font) => font.variable)
  .join(" ");
