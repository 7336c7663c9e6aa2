module takeover

go 1.21
