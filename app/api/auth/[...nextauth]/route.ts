import { authHandler } from "@/lib/http/portal/auth";

export {
  authHandler as GET,
  authHandler as POST,
  authHandler as PUT,
  authHandler as PATCH,
  authHandler as DELETE,
  authHandler as OPTIONS,
};
