package kernel

import "golang.org/x/sys/cpu"

// nativeEngines returns the assembly engines for which the processor has the
// instructions and the operating system saves the registers.
func nativeEngines() []*engine {
	var list []*engine
	if cpu.X86.HasAVX512F {
		list = append(list, avx512Engine())
	}
	if cpu.X86.HasAVX2 && cpu.X86.HasFMA {
		list = append(list, avx2Engine())
	}
	return list
}

// arithmetic tells processors with fused multiply-adds from others, as package math
// does.
func arithmetic() string {
	if cpu.X86.HasAVX && cpu.X86.HasFMA {
		return "amd64"
	}
	return "amd64 without FMA"
}

func avx512Engine() *engine {
	return &engine{
		name: "avx512",
		tiler: tiler[float64]{
			lanes: 8, vecs: 3, height: 8, workspaces: &workspaces,
			full: avx512Tile,
			edge: [][]tile[float64]{
				{avx512Edge1x1, avx512Edge1x2, avx512Edge1x3},
				{avx512Edge2x1, avx512Edge2x2, avx512Edge2x3},
				{avx512Edge3x1, avx512Edge3x2, avx512Edge3x3},
				{avx512Edge4x1, avx512Edge4x2, avx512Edge4x3},
				{avx512Edge5x1, avx512Edge5x2, avx512Edge5x3},
				{avx512Edge6x1, avx512Edge6x2, avx512Edge6x3},
				{avx512Edge7x1, avx512Edge7x2, avx512Edge7x3},
				{avx512Edge8x1, avx512Edge8x2, avx512Edge8x3},
			},
			packRows:  avx512PackRows,
			packEdge:  avx512PackEdge,
			transpose: avx512Transpose,
		},
		single: tiler[float32]{
			lanes: 16, vecs: 3, height: 8, workspaces: &singleWorkspaces,
			full: avx512SingleTile,
			edge: [][]tile[float32]{
				{avx512SingleEdge1x1, avx512SingleEdge1x2, avx512SingleEdge1x3},
				{avx512SingleEdge2x1, avx512SingleEdge2x2, avx512SingleEdge2x3},
				{avx512SingleEdge3x1, avx512SingleEdge3x2, avx512SingleEdge3x3},
				{avx512SingleEdge4x1, avx512SingleEdge4x2, avx512SingleEdge4x3},
				{avx512SingleEdge5x1, avx512SingleEdge5x2, avx512SingleEdge5x3},
				{avx512SingleEdge6x1, avx512SingleEdge6x2, avx512SingleEdge6x3},
				{avx512SingleEdge7x1, avx512SingleEdge7x2, avx512SingleEdge7x3},
				{avx512SingleEdge8x1, avx512SingleEdge8x2, avx512SingleEdge8x3},
			},
			packRows:  avx512SinglePackRows,
			packEdge:  avx512SinglePackEdge,
			transpose: avx512SingleTranspose,
		},
		rows: [2]rowKernels{
			{4, avx512Dot4, avx512Axpy4, avx512Ger4, avx512Symv4, avx512Deviate4},
			{1, avx512Dot1, avx512Axpy1, avx512Ger1, avx512Symv1, avx512Deviate1},
		},
		center: avx512Center,
		rotate: avx512Rotate, rank1Sums: avx512Rank1Sums, rank2Sums: avx512Rank2Sums,
		adam: avx512Adam,
	}
}

func avx2Engine() *engine {
	return &engine{
		name: "avx2",
		tiler: tiler[float64]{
			lanes: 4, vecs: 3, height: 4, workspaces: &workspaces,
			full: avx2Tile,
			edge: [][]tile[float64]{
				{avx2Edge1x1, avx2Edge1x2, avx2Edge1x3},
				{avx2Edge2x1, avx2Edge2x2, avx2Edge2x3},
				{avx2Edge3x1, avx2Edge3x2, avx2Edge3x3},
				{avx2Edge4x1, avx2Edge4x2, avx2Edge4x3},
			},
			packRows:  avx2PackRows,
			packEdge:  avx2PackEdge,
			transpose: avx2Transpose,
		},
		single: tiler[float32]{
			lanes: 8, vecs: 3, height: 4, workspaces: &singleWorkspaces,
			full: avx2SingleTile,
			edge: [][]tile[float32]{
				{avx2SingleEdge1x1, avx2SingleEdge1x2, avx2SingleEdge1x3},
				{avx2SingleEdge2x1, avx2SingleEdge2x2, avx2SingleEdge2x3},
				{avx2SingleEdge3x1, avx2SingleEdge3x2, avx2SingleEdge3x3},
				{avx2SingleEdge4x1, avx2SingleEdge4x2, avx2SingleEdge4x3},
			},
			packRows:  avx2SinglePackRows,
			packEdge:  avx2SinglePackEdge,
			transpose: avx2SingleTranspose,
		},
		rows: [2]rowKernels{
			{4, avx2Dot4, avx2Axpy4, avx2Ger4, avx2Symv4, avx2Deviate4},
			{1, avx2Dot1, avx2Axpy1, avx2Ger1, avx2Symv1, avx2Deviate1},
		},
		center: avx2Center,
		rotate: avx2Rotate, rank1Sums: avx2Rank1Sums, rank2Sums: avx2Rank2Sums,
		adam: avx2Adam,
	}
}
