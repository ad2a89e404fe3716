module github.com/gomx-org/gomx

go 1.25.0
