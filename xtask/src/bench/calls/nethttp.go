//go:build !sdk

package main

import (
	"crypto/md5"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"strings"
	"sync"
)

// page has the fields of a cluster that a program could want of a list.
type page struct {
	Results []struct {
		ID                *string           `json:"id"`
		Name              *string           `json:"name"`
		ClusterType       *string           `json:"clusterType"`
		StateName         *string           `json:"stateName"`
		MongoDBVersion    *string           `json:"mongoDBVersion"`
		Paused            *bool             `json:"paused"`
		ConnectionStrings map[string]string `json:"connectionStrings"`
	} `json:"results"`
	TotalCount *int `json:"totalCount"`
}

// client returns a function that lists clusters with net/http alone, and counts them. Like the
// official SDK it uses the default transport, and asks for a challenge with every call.
func client(url, scheme string) func() (int, error) {
	target := "/api/atlas/v2/groups/" + group + "/clusters"
	send := func(authorization string) (*http.Response, error) {
		request, err := http.NewRequest("GET", url+target, nil)
		if err != nil {
			return nil, err
		}
		request.Header.Set("Accept", "application/vnd.atlas.2024-08-05+json")
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		return http.DefaultClient.Do(request)
	}
	authorize := func() (string, error) { return answer(send, target) }
	if scheme == "oauth" {
		var once sync.Once
		var token string
		authorize = func() (string, error) {
			once.Do(func() { token = requestToken(url) })
			return "Bearer " + token, nil
		}
	}
	return func() (int, error) {
		authorization, err := authorize()
		if err != nil {
			return 0, err
		}
		response, err := send(authorization)
		if err != nil {
			return 0, err
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			return 0, err
		}
		var found page
		if err := json.Unmarshal(body, &found); err != nil {
			return 0, err
		}
		return len(found.Results), nil
	}
}

func requestToken(url string) string {
	form := strings.NewReader("grant_type=client_credentials")
	request, err := http.NewRequest("POST", url+"/api/oauth/token", form)
	if err != nil {
		log.Fatal(err)
	}
	request.SetBasicAuth("id", "secret")
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&token); err != nil {
		log.Fatal(err)
	}
	return token.AccessToken
}

// answer asks for a challenge, and returns the header that answers it.
func answer(send func(string) (*http.Response, error), target string) (string, error) {
	response, err := send("")
	if err != nil {
		return "", err
	}
	io.Copy(io.Discard, response.Body)
	response.Body.Close()
	_, rest, _ := strings.Cut(response.Header.Get("WWW-Authenticate"), ` nonce="`)
	nonce, _, _ := strings.Cut(rest, `"`)
	realm, client := "MMS Public API", fmt.Sprintf("%016x", rand.Uint64())
	hash := func(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) }
	key, request := hash("public:"+realm+":private"), hash("GET:"+target)
	digest := hash(strings.Join([]string{key, nonce, "00000001", client, "auth", request}, ":"))
	return fmt.Sprintf(
		`Digest username="public", realm="%s", nonce="%s", uri="%s", algorithm=MD5, qop=auth, `+
			`nc=00000001, cnonce="%s", response="%s"`,
		realm, nonce, target, client, digest), nil
}
