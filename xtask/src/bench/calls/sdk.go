//go:build sdk

package main

import (
	"context"
	"log"

	"MODULE/admin"
)

// client returns a function that lists clusters with the official SDK, and counts them.
func client(url, scheme string) func() (int, error) {
	background := context.Background()
	credentials := admin.UseDigestAuth("public", "private")
	if scheme == "oauth" {
		credentials = admin.UseOAuthAuth(background, "id", "secret")
	}
	sdk, err := admin.NewClient(admin.UseBaseURL(url), credentials)
	if err != nil {
		log.Fatal(err)
	}
	return func() (int, error) {
		page, _, err := sdk.ClustersApi.ListClusters(background, group).Execute()
		if err != nil {
			return 0, err
		}
		return len(page.GetResults()), nil
	}
}
