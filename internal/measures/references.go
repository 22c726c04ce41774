package measures

// The publications that several cards cite.
var (
	refCloos2025 = Reference{
		Key: "cloos2025differentiable", Authors: "Cloos, Nathan and Li, Moufan and Siegel, Markus and Brincat, Scott L. and Miller, Earl K. and Yang, Guangyu Robert and Cueva, Christopher J.",
		Title: "Differentiable optimization of similarity scores between models and brains",
		Venue: "International Conference on Learning Representations", Conference: true, Year: 2025, DOI: "10.48550/arXiv.2407.07059",
	}
	refKornblith2019 = Reference{
		Key: "kornblith2019similarity", Authors: "Kornblith, Simon and Norouzi, Mohammad and Lee, Honglak and Hinton, Geoffrey",
		Title: "Similarity of neural network representations revisited",
		Venue: "International Conference on Machine Learning", Conference: true, Year: 2019, DOI: "10.48550/arXiv.1905.00414",
	}
	refGretton2005 = Reference{
		Key: "gretton2005measuring", Authors: "Gretton, Arthur and Bousquet, Olivier and Smola, Alex and Schölkopf, Bernhard",
		Title: "Measuring statistical dependence with Hilbert-Schmidt norms",
		Venue: "Algorithmic Learning Theory", Conference: true, Year: 2005, DOI: "10.1007/11564089_7",
	}
	refSong2012 = Reference{
		Key: "song2012feature", Authors: "Song, Le and Smola, Alex and Gretton, Arthur and Bedo, Justin and Borgwardt, Karsten",
		Title: "Feature selection via dependence maximization",
		Venue: "Journal of Machine Learning Research", Year: 2012, URL: "https://jmlr.org/papers/v13/song12a.html",
	}
	refLange2022 = Reference{
		Key: "lange2022neural", Authors: "Lange, Richard D. and Kwok, Devin and Matelsky, Jordan and Wang, Xinyue and Rolnick, David S. and Kording, Konrad P.",
		Title: "Neural networks as paths through the space of representations",
		Venue: "arXiv", Year: 2022, DOI: "10.48550/arXiv.2206.10999",
	}
	refTang2020 = Reference{
		Key: "tang2020similarity", Authors: "Tang, Shuai and Maddox, Wesley J. and Dickens, Charlie and Diethe, Tom and Damianou, Andreas",
		Title: "Similarity of neural networks with gradients",
		Venue: "arXiv", Year: 2020, DOI: "10.48550/arXiv.2003.11498",
	}
	refHarvey2024 = Reference{
		Key: "harvey2024duality", Authors: "Harvey, Sarah E. and Larsen, Brett W. and Williams, Alex H.",
		Title: "Duality of Bures and shape distances with implications for comparing neural representations",
		Venue: "Proceedings of UniReps", Conference: true, Year: 2024, DOI: "10.48550/arXiv.2311.11436",
	}
	refWilliams2021 = Reference{
		Key: "williams2021generalized", Authors: "Williams, Alex H. and Kunz, Erin and Kornblith, Simon and Linderman, Scott W.",
		Title: "Generalized shape metrics on neural representations",
		Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2021, DOI: "10.48550/arXiv.2110.14739",
	}
	refDing2021 = Reference{
		Key: "ding2021grounding", Authors: "Ding, Frances and Denain, Jean-Stanislas and Steinhardt, Jacob",
		Title: "Grounding representation similarity through statistical testing",
		Venue: "Advances in Neural Information Processing Systems", Conference: true, Year: 2021, DOI: "10.48550/arXiv.2108.01661",
	}
	refSchonemann1966 = Reference{
		Key: "schonemann1966generalized", Authors: "Schönemann, Peter H.",
		Title: "A generalized solution of the orthogonal Procrustes problem",
		Venue: "Psychometrika", Year: 1966, DOI: "10.1007/BF02289451",
	}
	refHotelling1936 = Reference{
		Key: "hotelling1936relations", Authors: "Hotelling, Harold",
		Title: "Relations between two sets of variates",
		Venue: "Biometrika", Year: 1936, DOI: "10.1093/biomet/28.3-4.321",
	}
	refHoerl1970 = Reference{
		Key: "hoerl1970ridge", Authors: "Hoerl, Arthur E. and Kennard, Robert W.",
		Title: "Ridge regression: biased estimation for nonorthogonal problems",
		Venue: "Technometrics", Year: 1970, DOI: "10.1080/00401706.1970.10488634",
	}
	refSchrimpf2020 = Reference{
		Key: "schrimpf2020integrative", Authors: "Schrimpf, Martin and Kubilius, Jonas and Lee, Michael J. and Murty, N. Apurva Ratan and Ajemian, Robert and DiCarlo, James J.",
		Title: "Integrative benchmarking to advance neurally mechanistic models of human intelligence",
		Venue: "Neuron", Year: 2020, DOI: "10.1016/j.neuron.2020.07.040",
	}
)
