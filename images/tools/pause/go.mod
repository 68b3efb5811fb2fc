module kubestage/pause

go 1.25.0
