import { cookies } from "next/headers";
import { z } from "zod";
import { DAY_SECONDS } from "@/lib/time";
import { cookieAttributes, cookieName } from "./cookies";

const themeCookie = () => cookieName("latchkey-theme");
const KEPT_DAYS = 400;

const themeSchema = z.enum(["light", "dark"]);

export type Theme = z.output<typeof themeSchema>;

/** @returns what the person chose, or undefined: then the system decides */
export async function readTheme(): Promise<Theme | undefined> {
  return themeSchema.safeParse((await cookies()).get(themeCookie())?.value).data;
}

/** Keeps the choice in this browser; anything but a theme forgets it. */
export async function saveTheme(choice: unknown): Promise<void> {
  const theme = themeSchema.safeParse(choice);
  const jar = await cookies();
  // A cookie whose name begins with `__Host-` is only taken back with the attributes that it was given with.
  const maxAge = theme.success ? KEPT_DAYS * DAY_SECONDS : 0;
  jar.set(themeCookie(), theme.data ?? "", { ...cookieAttributes(), maxAge });
}
