import { env } from "@/lib/env";

/** @returns where the operator says that people and robots find this portal (`ORIGIN`) */
export const publishedOrigin = (): string => env().origin;
