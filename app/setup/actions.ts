"use server";

import { inSteps } from "@/lib/http/deeds";
import { publicAction } from "@/lib/http/portal/actions";
import { setUpSchema } from "@/lib/workflows/schema";
import { prepareSetUp, setUp } from "@/lib/workflows/set-up";

export const setUpAction = publicAction(setUpSchema, inSteps(prepareSetUp, setUp));
