import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function UsersLoading() {
  return <ListSkeleton title="Users" />;
}
