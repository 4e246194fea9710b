"""Orders (调整指令): what a signed run tells the banks to move, from the draft to money that has arrived (S12, S13)."""
