"use server";

import { publicAction } from "@/lib/doors/admin";
import { setUpSchema } from "@/lib/workflows/schema";
import { setUp } from "@/lib/workflows/set-up";

export const setUpAction = publicAction(setUpSchema, setUp);
