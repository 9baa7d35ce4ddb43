import { sourceStamp } from "./tools/stamp.mjs";

/** @type {import("next").NextConfig} */
export default {
  // Builds of the same sources are alike, so that a page of one process can ask another. No "ad" in it: blockers would hide the files.
  generateBuildId: () =>
    sourceStamp(import.meta.dirname)
      .slice(0, 32)
      .replaceAll("a", "g"),
  poweredByHeader: false,
  devIndicators: false,
  agentRules: false,
  reactStrictMode: true,
  // TypeScript 7 has no compiler API for Next.js to call; `npm test` runs tsc itself.
  typescript: { ignoreBuildErrors: true },
  turbopack: { root: import.meta.dirname },
  images: { unoptimized: true },
  // Their addresses carry a digest of what is in them; otherwise each page asks whether they are still the same.
  headers: async () =>
    ["/icon.svg", "/favicon.ico", "/apple-icon.png"].map((source) => ({
      source,
      headers: [{ key: "cache-control", value: "public, max-age=31536000, immutable" }],
    })),
  // Metadata is sent with the head and not streamed after it: a page's title was empty for a moment after an action.
  htmlLimitedBots: /.*/,
  serverExternalPackages: [
    "pg",
    "pino",
    "@prisma/client",
    "@prisma/adapter-pg",
    "bcryptjs",
    "jose",
    "nodemailer",
  ],
  experimental: {
    preloadEntriesOnStart: false,
    serverActions: {
      // A job's input is up to 64 KiB and grows where it is escaped on its way.
      bodySizeLimit: "256kb",
      // Known when the process starts, not when it is built; a proxy that changes Host is then still allowed.
      allowedOrigins: process.env.ORIGIN === undefined ? [] : [new URL(process.env.ORIGIN).host],
    },
  },
};
