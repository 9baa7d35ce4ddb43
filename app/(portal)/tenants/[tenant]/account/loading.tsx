import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function AccountLoading() {
  return <ListSkeleton title="Your account" />;
}
