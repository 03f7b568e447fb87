"use strict";(self.rspackChunksophnet_jupyter=self.rspackChunksophnet_jupyter||[]).push([[1],{28(o,r,t){var e=t(29),n=t.n(e),a=t(30),p=(t.n(a))()(n());p.push([o.id,`/* Lines of magics within cells of Python: the words as the theme colors them in a prompt. */

.jp-sophnet-prose {
  color: var(--jp-content-font-color1);
  font-style: normal;
  font-weight: normal;
}

.jp-sophnet-magic {
  color: var(--jp-mirror-editor-meta-color);
  font-weight: normal;
}

.jp-sophnet-option {
  color: var(--jp-mirror-editor-attribute-color);
  font-weight: normal;
}

.jp-sophnet-value {
  color: var(--jp-mirror-editor-string-color);
  font-weight: normal;
}

.jp-sophnet-field {
  color: var(--jp-mirror-editor-variable-2-color);
}
`,""]),t.d(r,{},{A:p})},31(o,r,t){var e=t(29),n=t.n(e),a=t(30),p=(t.n(a))()(n());p.push([o.id,`/* What stands beside a cell: the mark in the gutter, the button on its outputs. */

.jp-Cell-inputWrapper:has(> .jp-sophnet-mark) {
  position: relative;
}

.jp-sophnet-mark {
  position: absolute;
  top: calc(var(--jp-code-font-size) * var(--jp-code-line-height) + 10px);
  left: var(--jp-cell-collapser-width);
  box-sizing: border-box;
  width: var(--jp-cell-prompt-width);
  padding-right: 4px;
  overflow: hidden;
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: 9px;
  line-height: 12px;
  text-align: right;
  text-overflow: ellipsis;
  white-space: nowrap;
  pointer-events: auto;
}

.jp-sophnet-mark[data-state="running"] {
  color: var(--jp-brand-color1);
}

.jp-sophnet-mark[data-state="failed"],
.jp-sophnet-mark[data-state="incomplete"] {
  color: var(--jp-error-color1);
}

/* In the gutter too, where it takes no room from the answer and covers none of it. */
.jp-Cell-outputWrapper:has(> .jp-sophnet-stop) > .jp-OutputArea {
  order: 2;
}

.jp-sophnet-stop {
  position: sticky;
  z-index: 1;
  top: 4px;
  order: 1;
  align-self: flex-start;
  box-sizing: border-box;
  width: calc(var(--jp-cell-prompt-width) - 8px);
  margin: 4px calc(4px - var(--jp-cell-prompt-width)) 0 4px;
  padding: 2px 0;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  cursor: pointer;
}

.jp-sophnet-stop:hover,
.jp-sophnet-stop:focus-visible {
  border-color: var(--jp-brand-color1);
  background: var(--jp-layout-color3);
}

.jp-sophnet-no-marks .jp-sophnet-mark,
.jp-sophnet-no-stop .jp-sophnet-stop {
  display: none;
}

.jp-sophnet-stop:disabled {
  opacity: 0.5;
  cursor: default;
}

/* A narrow window has no gutter: JupyterLab puts the prompt above the cell. */
@media only screen and (width <= 760px) {
  .jp-sophnet-mark {
    top: 10px;
    left: calc(var(--jp-cell-collapser-width) + var(--jp-cell-prompt-width));
    width: auto;
  }

  .jp-sophnet-stop {
    order: 3;
    width: auto;
    margin: 4px 8px 0 4px;
    padding: 2px 10px;
  }
}

/* What is being said: drawn, and not in the text. */
.jp-sophnet-partial {
  color: var(--jp-ui-font-color2);
  font-style: italic;
}

[data-command="sophnet:dictate"][aria-pressed="true"] path[fill] {
  fill: var(--jp-error-color1);
}
`,""]),t.d(r,{},{A:p})},33(o,r,t){var e=t(29),n=t.n(e),a=t(30),p=(t.n(a))()(n());p.push([o.id,`/* The pictures that a prompt names, below its first line. */

.jp-sophnet-pictures {
  display: flex;
  flex-wrap: wrap;
  gap: 6px;
  padding: 4px 6px;
}

.jp-sophnet-picture {
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size0);
}

.jp-sophnet-picture > img {
  display: block;
  max-width: 160px;
  max-height: 96px;
  border: var(--jp-border-width) solid var(--jp-border-color2);
  border-radius: var(--jp-border-radius);
}

.jp-sophnet-picture > button {
  padding: 1px 8px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
  cursor: pointer;
}

.jp-sophnet-picture > button:hover,
.jp-sophnet-picture > button:focus-visible {
  border-color: var(--jp-brand-color1);
}
`,""]),t.d(r,{},{A:p})},32(o,r,t){var e=t(29),n=t.n(e),a=t(30),p=(t.n(a))()(n());p.push([o.id,`/* The panel in the right area. */

.jp-sophnet-side {
  box-sizing: border-box;
  min-width: 240px;
  padding: 8px;
  overflow-y: auto;
  background: var(--jp-layout-color1);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size1);
}

.jp-sophnet-side button {
  padding: 1px 8px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-size: var(--jp-ui-font-size0);
  cursor: pointer;
}

.jp-sophnet-side button:hover,
.jp-sophnet-side button:focus-visible {
  border-color: var(--jp-brand-color1);
}

.jp-sophnet-side input:not([type="checkbox"]) {
  box-sizing: border-box;
  width: 100%;
  margin: 4px 0;
  padding: 3px 6px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  background: var(--jp-layout-color0);
  color: var(--jp-ui-font-color1);
}

.jp-sophnet-section {
  border-top: var(--jp-border-width) solid var(--jp-border-color2);
  margin-top: 6px;
  padding-top: 4px;
}

.jp-sophnet-section > summary {
  padding: 3px 0;
  font-weight: 600;
  cursor: pointer;
}

.jp-sophnet-said,
.jp-sophnet-top {
  margin: 4px 0;
  color: var(--jp-ui-font-color2);
}

.jp-sophnet-rows {
  margin: 0;
  padding: 0;
  list-style: none;
}

.jp-sophnet-rows > li {
  display: flex;
  flex-wrap: wrap;
  gap: 2px 6px;
  align-items: baseline;
  padding: 3px 2px;
  contain-intrinsic-size: auto 24px;
  content-visibility: auto;
}

.jp-sophnet-rows > li:hover,
.jp-sophnet-rows > li:focus-within {
  background: var(--jp-layout-color2);
}

.jp-sophnet-first {
  color: var(--jp-ui-font-color2);
}

.jp-sophnet-first,
.jp-sophnet-more {
  max-width: 100%;
  overflow: hidden;
  overflow-wrap: anywhere;
}
`,""]),t.d(r,{},{A:p})},30(o){o.exports=function(o){var r=[];return r.toString=function(){return this.map(function(r){var t="",e=void 0!==r[5];return r[4]&&(t+="@supports (".concat(r[4],") {")),r[2]&&(t+="@media ".concat(r[2]," {")),e&&(t+="@layer".concat(r[5].length>0?" ".concat(r[5]):""," {")),t+=o(r),e&&(t+="}"),r[2]&&(t+="}"),r[4]&&(t+="}"),t}).join("")},r.i=function(o,t,e,n,a){"string"==typeof o&&(o=[[null,o,void 0]]);var p={};if(e)for(var i=0;i<this.length;i++){var s=this[i][0];null!=s&&(p[s]=!0)}for(var l=0;l<o.length;l++){var c=[].concat(o[l]);e&&p[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),t&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=t),n&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=n):c[4]="".concat(n)),r.push(c))}},r}},29(o){o.exports=function(o){return o[1]}},22(o){var r=[];function t(o){for(var t=-1,e=0;e<r.length;e++)if(r[e].identifier===o){t=e;break}return t}function e(o,e){for(var n={},a=[],p=0;p<o.length;p++){var i=o[p],s=e.base?i[0]+e.base:i[0],l=n[s]||0,c="".concat(s," ").concat(l);n[s]=l+1;var d=t(c),u={css:i[1],media:i[2],sourceMap:i[3],supports:i[4],layer:i[5]};if(-1!==d)r[d].references++,r[d].updater(u);else{var h=function(o,r){var t=r.domAPI(r);return t.update(o),function(r){r?(r.css!==o.css||r.media!==o.media||r.sourceMap!==o.sourceMap||r.supports!==o.supports||r.layer!==o.layer)&&t.update(o=r):t.remove()}}(u,e);e.byIndex=p,r.splice(p,0,{identifier:c,updater:h,references:1})}a.push(c)}return a}o.exports=function(o,n){var a=e(o=o||[],n=n||{});return function(o){o=o||[];for(var p=0;p<a.length;p++){var i=t(a[p]);r[i].references--}for(var s=e(o,n),l=0;l<a.length;l++){var c=t(a[l]);0===r[c].references&&(r[c].updater(),r.splice(c,1))}a=s}}},24(o){var r={};o.exports=function(o,t){var e=function(o){if(void 0===r[o]){var t=document.querySelector(o);if(window.HTMLIFrameElement&&t instanceof window.HTMLIFrameElement)try{t=t.contentDocument.head}catch(o){t=null}r[o]=t}return r[o]}(o);if(!e)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");e.appendChild(t)}},26(o){o.exports=function(o){var r=document.createElement("style");return o.setAttributes(r,o.attributes),o.insert(r,o.options),r}},25(o,r,t){o.exports=function(o){var r=t.nc;r&&o.setAttribute("nonce",r)}},23(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var r=o.insertStyleElement(o);return{update:function(t){var e,n,a;e="",t.supports&&(e+="@supports (".concat(t.supports,") {")),t.media&&(e+="@media ".concat(t.media," {")),(n=void 0!==t.layer)&&(e+="@layer".concat(t.layer.length>0?" ".concat(t.layer):""," {")),e+=t.css,n&&(e+="}"),t.media&&(e+="}"),t.supports&&(e+="}"),(a=t.sourceMap)&&"u">typeof btoa&&(e+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),o.styleTagTransform(e,r,o.options)},remove:function(){var o;null===(o=r).parentNode||o.parentNode.removeChild(o)}}}},27(o){o.exports=function(o,r){if(r.styleSheet)r.styleSheet.cssText=o;else{for(;r.firstChild;)r.removeChild(r.firstChild);r.appendChild(document.createTextNode(o))}}},21(o,r,t){var e=t(22),n=t.n(e),a=t(23),p=t.n(a),i=t(24),s=t.n(i),l=t(25),c=t.n(l),d=t(26),u=t.n(d),h=t(27),f=t.n(h),v=t(28),j={};j.styleTagTransform=f(),j.setAttributes=c(),j.insert=s().bind(null,"head"),j.domAPI=p(),j.insertStyleElement=u(),n()(v.A,j),v.A&&v.A.locals&&v.A.locals;var m=t(31),b={};b.styleTagTransform=f(),b.setAttributes=c(),b.insert=s().bind(null,"head"),b.domAPI=p(),b.insertStyleElement=u(),n()(m.A,b),m.A&&m.A.locals&&m.A.locals;var g=t(32),x={};x.styleTagTransform=f(),x.setAttributes=c(),x.insert=s().bind(null,"head"),x.domAPI=p(),x.insertStyleElement=u(),n()(g.A,x),g.A&&g.A.locals&&g.A.locals;var y=t(33),w={};w.styleTagTransform=f(),w.setAttributes=c(),w.insert=s().bind(null,"head"),w.domAPI=p(),w.insertStyleElement=u(),n()(y.A,w),y.A&&y.A.locals&&y.A.locals}}]);