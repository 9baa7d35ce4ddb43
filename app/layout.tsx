import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Providers } from "@/components/ui/providers";
import { readTheme } from "@/lib/http/portal/theme";
import { publishedOrigin } from "@/lib/http/published-origin";
import { fontVariables } from "./fonts";
import "./globals.css";

export const metadata: Metadata = {
  title: { template: "%s · Latchkey", default: "Latchkey" },
  description: "Register the machines your robots run on, and hold their keys.",
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  colorScheme: "light dark",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#fcfbf8" },
    { media: "(prefers-color-scheme: dark)", color: "#1d1c18" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en" data-theme={await readTheme()} data-origin={publishedOrigin()} className={fontVariables}>
      <body className="font-sans antialiased">
        <noscript>
          <p role="alert" className="border-b border-danger-line bg-danger-soft px-4 py-3 text-ink">
            Latchkey needs JavaScript, and this browser does not run it. Turn it on for this site, then load
            the page again.
          </p>
        </noscript>
        <Providers>
          <div className="page">{children}</div>
        </Providers>
      </body>
    </html>
  );
}
