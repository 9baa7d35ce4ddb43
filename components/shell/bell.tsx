import { Bell as BellIcon } from "lucide-react";
import { buttonClass } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { UNREAD_MAX } from "@/lib/notifications/schema";

type BellProps = { path: string; unread: number };

/** Leads to the notifications. How many are unread is part of its name; it is said when somebody comes to it, and interrupts nobody. */
export function Bell({ path, unread }: BellProps) {
  const count = unread > UNREAD_MAX ? `${UNREAD_MAX}+` : String(unread);
  return (
    <Link
      href={path}
      aria-label={unread === 0 ? "Notifications" : `Notifications, ${count} unread`}
      title="Notifications"
      className={buttonClass({ look: "quiet", size: "icon" }, "relative pointer-coarse:size-10")}
    >
      <BellIcon aria-hidden size={17} />
      {unread === 0 ? null : (
        <span
          aria-hidden
          className="absolute -top-1 -right-1 min-w-4.5 rounded-full bg-accent-solid px-1 text-center text-[0.6875rem] leading-4.5 font-semibold text-accent-on tabular-nums"
        >
          {count}
        </span>
      )}
    </Link>
  );
}
