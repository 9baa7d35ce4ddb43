import type { ReactNode } from "react";
import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { SIGN_IN_PATH } from "@/lib/paths";
import type { Link as OpenedLink } from "./use-link";

type LinkNoticeProps = {
  link: Exclude<OpenedLink<unknown>, { state: "valid" }>;
  /** What the link is called: "invite", "reset link". */
  name: string;
  /** Where another one comes from. */
  children: ReactNode;
};

/** What the page of a link says while there is nothing it can offer. */
export function LinkNotice({ link, name, children }: LinkNoticeProps) {
  if (link.state === "reading") return <p role="status">Looking at the {name}…</p>;
  if (link.state === "failed") {
    return (
      <Banner look="danger" role="alert">
        {link.message}
      </Banner>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {link.state === "gone" ? (
        <Banner look="danger" role="alert">
          This {name} is no longer valid: it was used, replaced or revoked, or is older than an hour.
        </Banner>
      ) : (
        <Banner look="note" role="status">
          This page needs the {name}, and the address you opened is not it.
        </Banner>
      )}
      <div className="text-muted">{children}</div>
      <p className="text-muted">
        You have an account?{" "}
        <Link href={SIGN_IN_PATH} className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>
      </p>
    </div>
  );
}
