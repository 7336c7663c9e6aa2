// A static binary. With the argument "direct", its transport ignores proxies.
package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	client := &http.Client{}
	if len(os.Args) > 1 && os.Args[1] == "direct" {
		client.Transport = &http.Transport{}
	}
	request, err := http.NewRequest("POST", "https://test.stytch.com/v1/b2b/organizations",
		strings.NewReader(`{"organization_name": "Acme", "organization_slug": "acme"}`))
	check(err)
	request.SetBasicAuth(os.Getenv("STYTCH_PROJECT_ID"), os.Getenv("STYTCH_SECRET"))
	response, err := client.Do(request)
	check(err)
	defer response.Body.Close()
	var created struct {
		Organization struct {
			Name string `json:"organization_name"`
		}
	}
	check(json.NewDecoder(response.Body).Decode(&created))
	fmt.Println(created.Organization.Name)
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
