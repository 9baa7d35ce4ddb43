"use server";

import { publicAction } from "@/lib/doors/admin";
import { inSteps } from "@/lib/doors/deeds";
import { setUpSchema } from "@/lib/workflows/schema";
import { prepareSetUp, setUp } from "@/lib/workflows/set-up";

export const setUpAction = publicAction(setUpSchema, inSteps(prepareSetUp, setUp));
