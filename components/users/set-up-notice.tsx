import { Banner } from "@/components/ui/banner";
import { Link } from "@/components/ui/link";
import { SIGN_IN_PATH } from "@/lib/paths";

/** What to do when the set-up page was opened without its link, or with one that did its work. */
export function SetUpNotice({ isUsed }: { isUsed: boolean }) {
  return (
    <div className="flex flex-col gap-4">
      <Banner look={isUsed ? "danger" : "note"} role={isUsed ? "alert" : "status"}>
        {isUsed
          ? "This set-up link is no longer valid: it was used already, or is older than a day."
          : "This page needs the set-up link, and the address you opened is not it."}
      </Banner>
      <p className="text-muted">
        While Latchkey has no administrator, the server prints the link each time it starts. Look at its
        output for a line with an address like this one and open that address here:
      </p>
      <code className="block overflow-x-auto rounded-control border border-line bg-sunken px-2.5 py-2 font-mono text-small whitespace-nowrap">
        https://…/setup#…
      </code>
      <p className="text-muted">
        Somebody set it up already?{" "}
        <Link href={SIGN_IN_PATH} className="font-medium text-accent underline underline-offset-2">
          Sign in
        </Link>{" "}
        with the account they gave you.
      </p>
    </div>
  );
}
