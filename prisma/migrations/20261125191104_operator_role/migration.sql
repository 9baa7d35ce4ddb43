-- AlterEnum
ALTER TYPE "Role" ADD VALUE 'Operator';
