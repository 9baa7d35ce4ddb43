import { oauthEndpoint } from "@/lib/doors/oauth";
import { issueToken } from "@/lib/identity/client-credentials";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthEndpoint(issueToken);
