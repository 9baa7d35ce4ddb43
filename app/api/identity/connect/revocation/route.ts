import { oauthDeed } from "@/lib/doors/oauth";
import { readRevocation, revokeOwnToken } from "@/lib/identity/revocation";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = oauthDeed(readRevocation, (ctx, { token }) =>
  revokeOwnToken(ctx, token),
);
