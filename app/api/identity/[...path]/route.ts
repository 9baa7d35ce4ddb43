import { noSuchOAuthEndpoint } from "@/lib/doors/oauth";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = noSuchOAuthEndpoint();
