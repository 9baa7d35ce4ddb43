"use server";

import { find } from "@/lib/fleet/queries/find";
import { findSchema } from "@/lib/fleet/schema";
import { adminQuestion } from "@/lib/http/portal/actions";

/** What is looked for may be a secret: it is sent in the body of a request and stands in no address. */
export const findQuestion = adminQuestion(findSchema, find);
