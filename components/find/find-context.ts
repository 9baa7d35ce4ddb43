"use client";

import { createContext, useContext } from "react";

/** Opens the search of the shell with a text. */
export type OpenFind = (text: string) => void;

export const FindContext = createContext<OpenFind>(() => undefined);

/** @returns what opens the search of the shell, for a text that somebody typed elsewhere too */
export const useOpenFind = (): OpenFind => useContext(FindContext);
