import { z } from "zod";
import { robotQuestion, robotResource } from "@/lib/doors/robot";
import { describeMyself } from "@/lib/machines/queries";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: robotQuestion("OR.Robots", z.object({}), describeMyself),
});
