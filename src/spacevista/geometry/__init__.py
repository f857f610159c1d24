"""Cameras, poses, boxes, planes, point sets, free space: frozen, validated, metres. Only this room knows frames."""
