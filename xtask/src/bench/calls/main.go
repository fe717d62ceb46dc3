// Calls of a Go client. Prints the seconds they took.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const group = "32b6e34b3d91647abb20e7b8"

func main() {
	if len(os.Args) < 5 {
		log.Fatal("usage: program URL oauth|digest TASKS CALLS [IDLE]")
	}
	if len(os.Args) > 5 {
		// The number of unused connections that are kept; 2 by default.
		http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = number(os.Args[5])
	}
	tasks, calls := number(os.Args[3]), int64(number(os.Args[4]))
	clusters := client(os.Args[1], os.Args[2])
	var next int64
	var group sync.WaitGroup
	start := time.Now()
	for task := 0; task < tasks; task++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for atomic.AddInt64(&next, 1) <= calls {
				count, err := clusters()
				if err != nil || count != 2 {
					log.Fatalf("%d clusters: %v", count, err)
				}
			}
		}()
	}
	group.Wait()
	fmt.Println(time.Since(start).Seconds())
}

func number(text string) int {
	number, err := strconv.Atoi(text)
	if err != nil {
		log.Fatal(err)
	}
	return number
}
