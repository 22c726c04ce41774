package report

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var (
	useBrowser = flag.Bool("browser", false, "test pages in headless Chromium, if there is one")
	shots      = flag.String("screenshots", "", "directory to leave screenshots in")
)

// browser is a headless Chromium with one page, driven by the DevTools protocol
// over a pipe.
type browser struct {
	t       *testing.T
	in      io.Writer
	out     *bufio.Reader
	id      int
	session string
	errors  []string // that the page wrote to its console
}

// profile returns a folder for the files of the browser. Its child processes may still
// write there shortly after it ends, so the removal of the folder may fail; unlike with
// t.TempDir, this does not fail the test.
func profile(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "simtool-browser-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for range 50 {
			if os.RemoveAll(dir) == nil {
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	return dir
}

// openBrowser starts Chromium, or skips the test without one.
func openBrowser(t *testing.T) *browser {
	t.Helper()
	if !*useBrowser {
		t.Skip("a test for make test-browser")
	}
	var program string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium on this machine: pages are not tested in a browser")
	}
	fromTest, toBrowser, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	fromBrowser, toTest, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe", "--user-data-dir="+profile(t))
	cmd.ExtraFiles = []*os.File{fromTest, toTest} // 3 and 4, as the protocol has them
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fromTest.Close()
	toTest.Close()
	// A browser that hangs must not hang the tests.
	watchdog := time.AfterFunc(8*time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		watchdog.Stop()
		toBrowser.Close()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		fromBrowser.Close()
	})
	b := &browser{t: t, in: toBrowser, out: bufio.NewReader(fromBrowser)}
	var target struct{ TargetID, SessionID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &target)
	b.session = target.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
	return b
}

// message is one message of the protocol.
type message struct {
	ID        int             `json:"id,omitempty"`
	Method    string          `json:"method,omitempty"`
	SessionID string          `json:"sessionId,omitempty"`
	Params    any             `json:"params,omitempty"`
	Result    json.RawMessage `json:"result,omitempty"`
	Error     *failure        `json:"error,omitempty"`
}

type failure struct{ Message string }

// call sends a command and waits for its result.
func (b *browser) call(method string, params map[string]any, result any) {
	b.t.Helper()
	b.id++
	text, err := json.Marshal(message{ID: b.id, Method: method, SessionID: b.session, Params: params})
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.in.Write(append(text, 0)); err != nil {
		b.t.Fatalf("%s: %v", method, err)
	}
	for {
		m := b.read()
		if m.ID != b.id {
			continue
		}
		if m.Error != nil {
			b.t.Fatalf("%s: %s", method, m.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(m.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
		return
	}
}

// read reads a message and stores errors of the page.
func (b *browser) read() message {
	b.t.Helper()
	text, err := b.out.ReadBytes(0)
	if err != nil {
		b.t.Fatalf("the browser went away: %v", err)
	}
	var m message
	if err := json.Unmarshal(text[:len(text)-1], &m); err != nil {
		b.t.Fatal(err)
	}
	complaint := m.Method == "Runtime.exceptionThrown" || m.Method == "Log.entryAdded" || m.Method == "Runtime.consoleAPICalled"
	request := m.Method == "Network.requestWillBeSent" && !strings.Contains(string(text), `"url":"file:`) && !strings.Contains(string(text), `"url":"data:`)
	if complaint || request {
		b.errors = append(b.errors, string(text[:len(text)-1]))
	}
	return m
}

// open loads a page.
func (b *browser) open(path string) {
	b.t.Helper()
	b.call("Page.navigate", map[string]any{"url": "file://" + filepath.ToSlash(path)}, nil)
	for b.read().Method != "Page.loadEventFired" {
	}
}

// eval evaluates an expression in the page, as text; a promise is waited for.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, r.ExceptionDetails.Text)
	}
	return fmt.Sprint(r.Result.Value)
}

// want checks the value of an expression.
func (b *browser) want(expression, value string) {
	b.t.Helper()
	if got := b.eval(expression); got != value {
		b.t.Errorf("%s is %q, want %q", expression, got, value)
	}
}

// mouse moves the pointer to the middle of an element, or clicks it. It waits until the
// page is drawn at its scroll position, because a click applies to the last drawing.
func (b *browser) mouse(element string, click bool) {
	b.t.Helper()
	var at struct{ X, Y float64 }
	place := fmt.Sprintf(`(async () => { const e = %s; e.scrollIntoView({block: "center", behavior: "instant"}); await new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn))); const r = e.getBoundingClientRect(); return JSON.stringify({X: r.x + r.width/2, Y: r.y + r.height/2}); })()`, element)
	if err := json.Unmarshal([]byte(b.eval(place)), &at); err != nil {
		b.t.Fatal(err)
	}
	event := func(kind string) {
		b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": at.X, "y": at.Y, "button": map[bool]string{true: "left", false: "none"}[click], "clickCount": 1}, nil)
	}
	event("mouseMoved")
	if click {
		event("mousePressed")
		event("mouseReleased")
	}
}

func (b *browser) key(name string) {
	b.t.Helper()
	for _, kind := range []string{"keyDown", "keyUp"} {
		b.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": name}, nil)
	}
}

// device sets the size of the screen and the system's choice of colours.
func (b *browser) device(width, height int, scheme string) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// screenshot saves a picture of the whole page if the test flags ask for one.
func (b *browser) screenshot(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	var r struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &r)
	b.save(name+".png", r.Data)
}

func (b *browser) save(name, data string) {
	content, err := base64.StdEncoding.DecodeString(data)
	if err == nil {
		err = os.WriteFile(filepath.Join(*shots, name), content, 0o666)
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// TestBrowser uses a page as a reader does.
func TestBrowser(t *testing.T) {
	b := openBrowser(t)
	_, page := render(t, example(t))
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	b.device(1200, 900, "light")
	b.open(path)
	const scores = `document.querySelector("[aria-label='Table scores.csv'] table")`
	const bars = `[...document.querySelectorAll("svg.figure")].find(s => s.textContent.includes("Bars of 3"))`

	t.Run("hover", func(t *testing.T) {
		b.t = t
		b.mouse(bars+`.querySelector(".marks > :nth-child(1)")`, false)
		b.want(`document.getElementById("tip").textContent`, "a, cka: 0.9 [0.85, 0.95]")
		b.want(`getComputedStyle(document.getElementById("tip")).visibility`, "visible")
		b.mouse(`document.querySelector("h1")`, false)
		b.want(`getComputedStyle(document.getElementById("tip")).visibility`, "hidden")
	})
	t.Run("keyboard", func(t *testing.T) {
		b.t = t
		b.eval(bars + `.focus()`)
		b.key("ArrowRight")
		b.key("ArrowRight")
		b.want(`document.getElementById("tip").textContent`, "b, cka: 0.1235")
		b.key("Escape")
		b.want(`document.getElementById("tip").classList.contains("shown")`, "false")
	})
	t.Run("sort", func(t *testing.T) {
		b.t = t
		value := `[...` + scores + `.tHead.rows[0].cells].findIndex(c => c.textContent === "value")`
		column := `[...` + scores + `.tBodies[0].rows].filter(r => !r.classList.contains("says")).map(r => r.cells[` + value + `].textContent).join(" ")`
		b.want(column, "0.90 0.12346 10")
		head := scores + `.tHead.rows[0].cells[` + value + `]`
		b.mouse(head+`.querySelector("button")`, true)
		b.want(column, "0.12346 0.90 10")
		b.want(head+`.getAttribute("aria-sort")`, "ascending")
		b.mouse(head+`.querySelector("button")`, true)
		b.want(column, "10 0.90 0.12346")
		// A warning stays below its row.
		b.want(`[...`+scores+`.tBodies[0].rows].filter(r => r.classList.contains("says")).map(r => r.previousElementSibling.cells[0].textContent + " " + r.textContent).join()`, "c.npy warning <script>alert(1)</script>")
		b.want(head+`.getAttribute("aria-sort")`, "descending")
		// Empty cells stay last either way.
		thresholds := `document.querySelector("[aria-label='Table pc_thresholds.csv'] table")`
		for range 2 {
			b.mouse(thresholds+`.tHead.rows[0].cells[2].querySelector("button")`, true)
			b.want(thresholds+`.tBodies[0].rows[2].cells[2].textContent`, "")
		}
	})
	t.Run("copy", func(t *testing.T) {
		b.t = t
		b.eval(`for (const d of document.querySelectorAll("details.run")) d.open = true`)
		b.call("Browser.grantPermissions", map[string]any{"permissions": []string{"clipboardReadWrite", "clipboardSanitizedWrite"}}, nil)
		b.mouse(`document.querySelector(".run .copy")`, true)
		for deadline := time.Now().Add(10 * time.Second); b.eval(`document.querySelector(".run .copy").textContent`) != "Copied"; {
			if time.Now().After(deadline) {
				t.Fatal("the button does not say that it copied")
			}
		}
		b.want("navigator.clipboard.readText()", b.eval(`document.querySelector(".run pre").textContent`))
	})
	t.Run("dark", func(t *testing.T) {
		b.t = t
		const background = `getComputedStyle(document.body).backgroundColor`
		const axis = `getComputedStyle(document.querySelector("svg.figure text")).fill`
		b.want(background, "rgb(255, 255, 255)")
		b.want(axis, "rgb(31, 35, 40)")
		b.screenshot("light")
		b.mouse(`document.getElementById("theme")`, true)
		b.want(background, "rgb(20, 23, 28)")
		b.want(axis, "rgb(230, 233, 238)")
		b.screenshot("dark")
		b.mouse(`document.getElementById("theme")`, true)
		b.want(background, "rgb(255, 255, 255)")
		b.device(1200, 900, "dark")
		b.open(path)
		b.want(background, "rgb(20, 23, 28)")
		b.want(`document.getElementById("theme").textContent`, "Light mode")
	})
	t.Run("phone", func(t *testing.T) {
		b.t = t
		b.device(360, 700, "light")
		b.open(path)
		b.want(`document.documentElement.scrollWidth <= 360`, "true")
		b.want(`[...document.querySelectorAll("svg.figure")].every(s => s.getBoundingClientRect().right <= 360)`, "true")
		b.want(outside, "")
		b.screenshot("phone")
	})
	t.Run("conclusions", func(t *testing.T) {
		b.t = t
		b.device(1200, 900, "light")
		b.open(path)
		b.want(`document.querySelector("#conclusions .topic li").firstChild.textContent.trim()`, "Of 3 systems, c is the most similar to rec by cka.")
		link := `document.querySelector("#conclusions .evidence a")`
		b.want(link+`.textContent`, "scores.csv, row 3")
		b.eval(`document.querySelector("details.table").open = false`)
		b.mouse(link, true)
		b.want(`document.querySelector("tr:target").cells[0].textContent`, "c.npy")
		b.want(`document.querySelector("tr:target").getBoundingClientRect().height > 0`, "true")
		b.want(outside, "")
	})
	t.Run("search", func(t *testing.T) {
		b.t = t
		b.open(path)
		visible := `[...document.querySelectorAll("section.result")].filter(s => s.offsetHeight > 0).length`
		all := b.eval(visible)
		b.mouse(`document.getElementById("search")`, true)
		b.call("Input.insertText", map[string]any{"text": "B.NPY rec"}, nil)
		b.want(`new Promise(done => setTimeout(() => done(document.getElementById("found").textContent), 50))`, "1 of 7")
		b.want(visible, "1")
		b.want(`[...`+scores+`.tBodies[0].rows].filter(r => r.offsetHeight > 0).map(r => r.cells[0].textContent).join()`, "b.npy")
		b.key("Escape")
		b.want(`new Promise(done => setTimeout(() => done(document.getElementById("search").value), 50))`, "")
		b.want(visible, all)
	})
	t.Run("accessible", func(t *testing.T) {
		b.t = t
		// Headings descend one level at a time, and every element that can be pressed
		// or focused has a name.
		b.want(`(() => { let before = 0, ok = true; for (const h of document.querySelectorAll("h1,h2,h3,h4")) { const level = Number(h.tagName[1]); ok &&= level <= before + 1; before = level; } return ok; })()`, "true")
		b.want(`[...document.querySelectorAll("button, a, summary, [tabindex], input")].every(e => (e.getAttribute("aria-label") || e.labels?.[0]?.textContent || e.textContent).trim() !== "")`, "true")
		b.want(`document.querySelectorAll("svg.figure:not([role=img])").length`, "0")
		for _, scheme := range []string{"light", "dark"} {
			b.device(1200, 900, scheme)
			if got := b.eval(lowContrast); got != "" {
				t.Errorf("too little contrast on the %s page: %s", scheme, got)
			}
		}
	})
	t.Run("print", func(t *testing.T) {
		b.t = t
		b.device(1200, 900, "dark")
		b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print", "features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
		b.want(`getComputedStyle(document.body).backgroundColor`, "rgb(255, 255, 255)")
		b.want(`getComputedStyle(document.querySelector("nav")).display`, "none")
		// A4 without margins of 15 mm is 680 px wide: nothing is wider.
		b.device(680, 960, "light")
		b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
		b.want(`document.documentElement.scrollWidth <= 680`, "true")
		b.want(outside, "")
		var r struct{ Data string }
		b.call("Page.printToPDF", map[string]any{"preferCSSPageSize": true}, &r)
		if *shots != "" {
			b.save("print.pdf", r.Data)
		}
		if len(r.Data) < 1000 {
			t.Error("nothing was printed")
		}
	})
	b.t = t
	for _, e := range b.errors {
		t.Errorf("the page complains, or loads something: %s", e)
	}
}

// outside lists warnings and errors of rows that are not wholly within their table's
// window, at its first position.
const outside = `[...document.querySelectorAll(".says div")].filter((e) => e.offsetHeight > 0).filter((e) => { const r = e.getBoundingClientRect(), w = e.closest(".scroll").getBoundingClientRect(); return r.left < w.left - 1 || r.right > w.right + 1 || e.scrollWidth > e.clientWidth + 1; }).map((e) => e.textContent).join()`

// TestBrowserManyResults opens a page of 200 results, of which most are packed.
func TestBrowserManyResults(t *testing.T) {
	b := openBrowser(t)
	_, page := render(t, many(t))
	path := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(path, []byte(page), 0o666); err != nil {
		t.Fatal(err)
	}
	b.device(1200, 900, "light")
	b.open(path)
	b.want(`new Promise((done) => { const look = () => "ready" in document.documentElement.dataset ? done("ready") : setTimeout(look, 20); look(); })`, "ready")
	b.want(`document.querySelectorAll("[data-packed]").length`, "0")
	b.want(`document.querySelectorAll("svg.figure").length >= 200`, "true")
	b.want(`document.querySelectorAll("table").length`, "200")
	// What was packed shows values, sorts and is searched as the rest.
	b.eval(`document.querySelectorAll("section.result")[199].querySelector("svg.figure").focus()`)
	b.key("ArrowRight")
	b.want(`document.getElementById("tip").classList.contains("shown")`, "true")
	b.eval(`(() => { const s = document.getElementById("search"); s.value = "needle137"; s.dispatchEvent(new Event("input")); })()`)
	b.want(`new Promise((done) => { const look = () => document.getElementById("found").textContent ? done(document.getElementById("found").textContent) : setTimeout(look, 20); look(); })`, "1 of 202")
	b.want(`[...document.querySelectorAll("section.result")].filter(s => s.offsetHeight > 0).map(s => s.querySelector("h2").textContent.split("/").slice(1).join("/")).join()`, "run137/scores.csv")
	b.want(outside, "")
	for _, e := range b.errors {
		t.Errorf("the page complains, or loads something: %s", e)
	}
}

// lowContrast lists texts of the page, outside figures, whose contrast with their
// background is below the 4.5 of WCAG 2 AA.
const lowContrast = `(() => {
	const parse = (c) => c.match(/[\d.]+/g).map(Number);
	const luminance = (c) => { const [r, g, b] = parse(c).map((v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
	const behind = (e) => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; if (parse(c)[3] !== 0) return c; } return "rgb(255, 255, 255)"; };
	const low = new Set();
	for (const e of document.querySelectorAll("body *:not(svg):not(svg *):not(script):not(#tip)")) {
		if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
		const [a, b] = [luminance(getComputedStyle(e).color), luminance(behind(e))];
		if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) < 4.5) low.add(e.tagName + " " + e.className);
	}
	return [...low].join(", ");
})()`
