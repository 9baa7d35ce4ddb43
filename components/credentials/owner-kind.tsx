"use client";

import { createContext, type ReactNode, useContext } from "react";

const IsApiClient = createContext(false);

/** Around the credentials of an API client: nothing there is said of robots and hosts, which it does not have. */
export function OfApiClient({ children }: { children: ReactNode }) {
  return <IsApiClient value={true}>{children}</IsApiClient>;
}

/** @returns whether the credentials here are an API client's, and no machine's */
export const useIsApiClient = (): boolean => useContext(IsApiClient);
