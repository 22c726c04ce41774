package mlem

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// patient is a context that is cancelled once it has been asked a number of times.
type patient struct {
	context.Context
	left *atomic.Int64
}

func (p patient) Err() error {
	if p.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// TestCancelAnywhere: whenever work is cancelled it ends with that error, or is whole.
func TestCancelAnywhere(t *testing.T) {
	rng := rand.New(rand.NewPCG(43, 9))
	f, _, err := NewFeatures(numericTable(rng, 24, 3), FeatureOptions{})
	if err != nil {
		t.Fatal(err)
	}
	points := randomMatrix(rng, 24, 4)
	y, err := NewNeural(points, NeuralOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fit := func(change func(o *Options)) func(ctx context.Context) error {
		o := DefaultOptions()
		o.Bootstrap, o.Null, o.Permutations, o.Shrink, o.RowEffects, o.Jobs = 3, 3, 1, AutoShrink, true, 1
		change(&o)
		return func(ctx context.Context) error {
			_, err := Fit(ctx, f, []*Neural{y}, o)
			return err
		}
	}
	for name, work := range map[string]func(ctx context.Context) error{
		"fit":          fit(func(*Options) {}),
		"interactions": fit(func(o *Options) { o.Interactions.All, o.InteractionImportance = true, true }),
		"spearman":     fit(func(o *Options) { o.Objective, o.Shrink, o.RowEffects = Spearman, nil, false }),
		"drop-one":     fit(func(o *Options) { o.DropOne, o.Shapley = true, true }),
		"explain": func(ctx context.Context) error {
			_, err := Explain(ctx, f, y, ExplainOptions{Score: ScoreSpearman, Null: 9, Level: .95, Seed: 1, Jobs: 1})
			return err
		},
		"encode": func(ctx context.Context) error {
			o := DefaultBandedOptions()
			o.Draws, o.Jobs = 3, 1
			_, err := FitBanded(ctx, f, points, o)
			return err
		},
		"compare": func(ctx context.Context) error {
			o := DefaultOptions()
			o.Jobs = 1
			_, err := Compare(ctx, f, points, y, []string{"mlem", "frrsa", "encoding", "decoding", "banded", "forest"}, nil, o)
			return err
		},
	} {
		const whole = 1 << 40
		count := new(atomic.Int64)
		count.Store(whole)
		if err := work(patient{t.Context(), count}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		asked := whole - count.Load()
		for k := int64(0); k < asked; k += 1 + asked/30 {
			count.Store(k)
			if err := work(patient{t.Context(), count}); !errors.Is(err, context.Canceled) {
				t.Errorf("%s, cancelled at %d of %d: %v", name, k, asked, err)
			}
		}
	}
}
