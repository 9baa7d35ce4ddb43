/** @returns why the provider's answer did not let somebody in, as they should read it; null when nothing was refused */
export function refusalOf(error: string | string[] | undefined, provider: string): string | null {
  switch (error) {
    case undefined:
      return null;
    case "SsoEmail":
      return `${provider} did not say that your email is yours. Confirm it there, then try again.`;
    case "SsoRefused":
      return "You may not come in with this account. Ask an administrator of Latchkey to invite you.";
    case "Unavailable":
      return "The server cannot sign anybody in right now. Try again in a moment.";
    default:
      return `The sign-in with ${provider} did not work. Try again.`;
  }
}
