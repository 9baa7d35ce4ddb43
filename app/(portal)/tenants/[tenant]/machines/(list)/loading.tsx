export { ListSkeleton as default } from "@/components/machines/list-skeleton";
