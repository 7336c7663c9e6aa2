package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	routes, err := New()
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), routes))
}
