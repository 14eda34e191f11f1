// Hello asks a question, streams the answer to another and shows what the first cost and where it came from:
//
//	go run ./examples/hello [HOST:PORT]
package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"admiral.dev/optimizer"
	"admiral.dev/optimizer/optimizerv1"
)

func main() {
	address := "127.0.0.1:50051"
	if len(os.Args) > 1 {
		address = os.Args[1]
	}
	if err := hello(address); err != nil {
		fmt.Fprintln(os.Stderr, err)
		var failure *optimizer.Error
		if errors.As(err, &failure) {
			if wait, known := failure.RetryAfter(); known {
				fmt.Fprintln(os.Stderr, "Try again in", wait)
			}
		}
		os.Exit(1)
	}
}

func hello(address string) error {
	admiral, err := optimizer.Connect(address, optimizer.WithAgent("hello"), optimizer.WithGroup("examples"))
	if err != nil {
		return err
	}
	defer admiral.Close()
	ctx := context.Background()

	answer, err := admiral.Complete(ctx, &optimizerv1.CompleteRequest{
		Prompt: optimizer.Prompt("fast", "What is the capital of France?"),
	})
	if err != nil {
		return err
	}
	fmt.Println(optimizer.Text(answer.GetCompletion()))
	fmt.Printf("\n%s/%s answered from %s and cost $%s; $%s was saved.\n\n",
		answer.GetProvider(), answer.GetModel(), answer.GetServed().GetSource(),
		optimizer.Decimal(answer.GetCost().GetChargedAmount()), optimizer.Decimal(answer.GetCost().GetSavedAmount()))

	for piece, err := range admiral.AskStream(ctx, "fast", "Tell me a story about the sea.") {
		if err != nil {
			return err
		}
		fmt.Print(piece)
	}
	fmt.Println()
	return nil
}
