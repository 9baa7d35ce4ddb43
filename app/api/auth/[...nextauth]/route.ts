import { authHandler } from "@/lib/doors/auth";

export { authHandler as GET, authHandler as POST };
